import type { CDPSession, Page } from 'playwright-core'

interface Make {
  /** Does it say that it has checked who uses it, by a finger or a PIN? */
  verifies?: boolean
}

/** The authenticator of the device that a page is shown on, as Chromium simulates one. */
export class VirtualAuthenticator {
  readonly #devtools: CDPSession
  readonly #authenticatorId: string

  private constructor(devtools: CDPSession, authenticatorId: string) {
    this.#devtools = devtools
    this.#authenticatorId = authenticatorId
  }

  static async on(page: Page, { verifies = true }: Make = {}): Promise<VirtualAuthenticator> {
    const devtools = await page.context().newCDPSession(page)
    await devtools.send('WebAuthn.enable')
    const { authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    })
    // Not by leaving the check out: Chromium lets such authenticators keep nothing that signs in by itself.
    const isBadUV = !verifies
    await devtools.send('WebAuthn.setResponseOverrideBits', { authenticatorId, isBadUV })
    return new VirtualAuthenticator(devtools, authenticatorId)
  }

  /** Is its owner there to touch it, whenever it asks? What the browser offers to fill in is taken then, too. */
  async attended(enabled: boolean): Promise<void> {
    const { authenticatorId } = this.#of
    await this.#devtools.send('WebAuthn.setAutomaticPresenceSimulation', {
      authenticatorId,
      enabled,
    })
  }

  async passkeys(): Promise<number> {
    const { credentials } = await this.#devtools.send('WebAuthn.getCredentials', this.#of)
    return credentials.length
  }

  /** Its owner deletes all that is on it. */
  async clear(): Promise<void> {
    await this.#devtools.send('WebAuthn.clearCredentials', this.#of)
  }

  get #of(): { authenticatorId: string } {
    return { authenticatorId: this.#authenticatorId }
  }
}
