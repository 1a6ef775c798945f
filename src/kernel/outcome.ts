/** An expected "no": a value with a reason, chosen from a closed list. The public text is chosen at the edge. */
export interface Refused<Reason extends string> {
  readonly kind: 'refused'
  readonly reason: Reason
}

export function refused<Reason extends string>(reason: Reason): Refused<Reason> {
  return { kind: 'refused', reason }
}

/** One input that breaks a rule. Names both, never the value: the value may be a password. */
export interface FieldProblem<Field extends string = string, Rule extends string = string> {
  readonly field: Field
  readonly rule: Rule
}

/** Input that cannot be used as it is. Nothing was changed and nothing was looked up. */
export interface Invalid<Problem extends FieldProblem = FieldProblem> {
  readonly kind: 'invalid'
  readonly problems: readonly Problem[]
}
