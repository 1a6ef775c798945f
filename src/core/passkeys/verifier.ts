/** What an authenticator has made, once it is proved to have been made for us. */
export interface NewCredential {
  readonly credentialId: string
  readonly publicKey: string
  readonly counter: number
  readonly backupEligible: boolean
  readonly backedUp: boolean
  readonly transports: readonly string[]
  /** Did the authenticator see that it is its owner: by PIN, finger or face (UV)? */
  readonly userVerified: boolean
}

/** What is known of a credential that is presented. */
export interface KnownCredential {
  readonly credentialId: string
  readonly publicKey: string
  readonly counter: number
  readonly backupEligible: boolean
}

/** What an assertion says, before anything of it is proved. */
export interface ClaimedAssertion {
  readonly credentialId: string
  /** As it was given to the browser, base64url. */
  readonly challenge: string
  /** Whose credential it is, as the authenticator remembers: the text that was given as `user.id`, decoded. */
  readonly userHandle: string | undefined
}

export interface ProvedAssertion {
  readonly counter: number
  readonly backedUp: boolean
  readonly userVerified: boolean
}

/**
 * Reads and proves what browsers answer to `navigator.credentials`: a port, since most of it is formats and
 * signatures. Everything that came is untrusted; whatever is not as the standard says is `undefined`, never a throw.
 */
export interface PasskeyVerifier {
  /** The challenge that an answer to `create()` claims to be to. */
  claimedRegistration(response: unknown): { readonly challenge: string } | undefined

  /** Was this credential made for us, for this challenge? */
  verifyRegistration(response: unknown, challenge: string): Promise<NewCredential | undefined>

  claimedAssertion(response: unknown): ClaimedAssertion | undefined

  /** Has this credential signed this challenge, for us, later than `counter`? */
  verifyAssertion(
    response: unknown,
    challenge: string,
    credential: KnownCredential,
  ): Promise<ProvedAssertion | undefined>
}
