/** What an account could be asked for now. */
export interface HeldFactors {
  readonly hasPassword: boolean
  /** How many wrong ones there were in a row. */
  readonly wrongPasswords: number
  /** The authenticator app. A disabled one takes no codes, and is needed all the same: see {@link needsTwo}. */
  readonly app: { readonly id: string; readonly isDisabled: boolean } | undefined
  /** How many recovery codes are left. They are for whoever has lost a factor, and alone they are none. */
  readonly recoveryCodes: number
  /** The ids of the passkeys. */
  readonly passkeys: readonly string[]
}

export const nothingHeld: HeldFactors = {
  hasPassword: false,
  wrongPasswords: 0,
  app: undefined,
  recoveryCodes: 0,
  passkeys: [],
}

/**
 * Is one factor not enough for this account? Also where its app is disabled: guessing codes must not be a way to
 * be rid of it.
 */
export function needsTwo({ app, passkeys }: HeldFactors): boolean {
  return app !== undefined || passkeys.length > 0
}

/** How many factors there are beside the password; recovery codes stand in for them, and are none. */
export function secondFactors({ app, passkeys }: HeldFactors): number {
  return (app ? 1 : 0) + passkeys.length
}
