/** Stands where the text of a statement would: the parameters are whole statements, which travel as one message. */
export const scriptMark = '-- statements that travel together'

export interface ScriptStatement {
  readonly sql: string
  readonly parameters: readonly unknown[]
}
