import type { Account } from '../accounts/index.ts'
import type { Passkey } from './passkey.ts'

/** Writes what browsers are given to ask an authenticator with: a port, since it names the service. */
export interface PasskeyOptions {
  /** `PublicKeyCredentialCreationOptionsJSON`; an authenticator that has one of `known` makes no other. */
  toCreate(request: {
    readonly challenge: string
    readonly owner: Pick<Account, 'id' | 'email' | 'fullName'>
    readonly known: readonly Passkey[]
  }): object

  /** `PublicKeyCredentialRequestOptionsJSON`; with none `allowed`, any passkey for this service will do. */
  toGet(request: { readonly challenge: string; readonly allowed: readonly Passkey[] }): object
}
