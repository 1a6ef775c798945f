/** What every page is given besides its own matter: how the service is called, where its assets are. */
export interface PageFrame {
  readonly serviceName: string
  readonly stylesheet: string
  readonly script: string
  /** Only for pages with a form for a passkey. */
  readonly passkeyScript: string
  readonly icon: string
}

/** Something the person can put right. Without a field it concerns the form as a whole. */
export interface FieldProblem {
  readonly field: string | undefined
  readonly message: string
}
