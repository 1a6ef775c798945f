import type { Instant } from '../../kernel/clock.ts'
import type { AccountId } from '../accounts/index.ts'
import type { ProofMethod } from '../assurance/index.ts'

/** Why a sign-in was refused. The person is never told which. */
export type LoginCause =
  | 'unknown_account'
  | 'wrong_password'
  | 'disabled_account'
  /** Too many failures in a row: the password alone is not enough any more, whatever it is. */
  | 'password_capped'
  | 'wrong_code'
  | 'passkey_refused'
  | 'too_many_sessions'
  | 'overtaken'

/** Why sessions have ended. That they expire is no event: nobody does it. */
export type EndCause =
  | 'signed_out'
  | 'ended_by_owner'
  /** A sign-in that came with its token took its place. */
  | 'replaced'
  /** The account had as many as it may have. */
  | 'too_many_sessions'
  | 'password_changed'
  | 'factor_changed'
  | 'token_reused'
  | 'token_revoked'
  | 'ended_by_operator'

type Nothing = Readonly<Record<string, never>>

/** Everything that is written down, and what is known of each besides who, whose, when and from where. Never a secret. */
export interface AuditDetails {
  'account.registered': Nothing
  /** Somebody tried to register an address that has an account, whose it is. */
  'account.registration_refused': Nothing
  'account.role_changed': { readonly role: string }
  'account.unlocked': { readonly failures: number }
  'account.factors_reset': Nothing
  'accounts.imported': { readonly added: number; readonly present: number }
  'accounts.exported': { readonly accounts: number; readonly with_hashes: boolean }
  'login.succeeded': { readonly methods: readonly ProofMethod[]; readonly level: string }
  /** Something was proved, and something else is due. */
  'login.waiting': { readonly methods: readonly ProofMethod[]; readonly due: string }
  /**
   * `identifier`: what was typed as a name, as a keyed hash; people type passwords there. `device`: one that the account
   * knows.
   */
  'login.refused': {
    readonly cause: LoginCause
    readonly identifier?: string
    readonly device?: string
  }
  /** The hundredth failure in a row, from anywhere. */
  'password.capped': { readonly failures: number }
  'password.changed': Nothing
  'password.change_refused': Nothing
  'confirmation.succeeded': { readonly method: ProofMethod }
  'confirmation.refused': { readonly method: string }
  'session.ended': { readonly cause: EndCause }
  /** All that the account had, or all but the one that asked. */
  'sessions.ended': { readonly cause: EndCause }
  'token.reused': Nothing
  'totp.added': Nothing
  'totp.removed': Nothing
  /** Too many wrong codes in a row. */
  'totp.disabled': { readonly failures: number }
  'recovery_codes.made': Nothing
  'recovery_code.used': { readonly left: number }
  'passkey.added': { readonly passkey: string }
  'passkey.removed': { readonly passkey: string }
  'device.trusted': Nothing
  'device.removed': { readonly device: string }
  'limit.reached': {
    readonly budget: string
    readonly wait_seconds: number
    readonly device?: string
  }
  'key.rotated': { readonly key: string }
  'key.retired': { readonly key: string }
  /** `settings`: those that are not at their defaults, secrets by their names alone. */
  'server.started': {
    readonly version: string
    readonly settings: Readonly<Record<string, string>>
  }
  'audit.pruned': { readonly through: number; readonly removed: number }
}

export type AuditType = keyof AuditDetails

/** Was it done, was it refused, or is it a reason to look? */
export type AuditOutcome = 'success' | 'refused' | 'alarm'

/** The closed list, with the outcome of each and what it says to whoever reads it. */
export const auditTypes: { readonly [Type in AuditType]: readonly [AuditOutcome, string] } = {
  'account.registered': ['success', 'Account created'],
  'account.registration_refused': ['refused', 'Somebody tried to register this address again'],
  'account.role_changed': ['success', 'Role changed by an operator'],
  'account.unlocked': ['success', 'Unlocked by an operator'],
  'account.factors_reset': ['success', 'Second factors taken away by an operator'],
  'accounts.imported': ['success', 'Accounts imported'],
  'accounts.exported': ['success', 'Accounts exported'],
  'login.succeeded': ['success', 'Signed in'],
  'login.waiting': ['success', 'First step of a sign-in'],
  'login.refused': ['refused', 'Failed attempt to sign in'],
  'password.capped': ['alarm', 'Too many failures: the password alone signs in nowhere new'],
  'password.changed': ['success', 'Password changed'],
  'password.change_refused': ['refused', 'Wrong password at a change of the password'],
  'confirmation.succeeded': ['success', 'Confirmed who they are'],
  'confirmation.refused': ['refused', 'Failed to confirm who they are'],
  'session.ended': ['success', 'Session ended'],
  'sessions.ended': ['success', 'Sessions ended'],
  'token.reused': ['alarm', 'An old refresh token was used: its session has ended'],
  'totp.added': ['success', 'Authenticator app added'],
  'totp.removed': ['success', 'Authenticator app removed'],
  'totp.disabled': ['alarm', 'Authenticator app disabled after too many wrong codes'],
  'recovery_codes.made': ['success', 'Recovery codes made'],
  'recovery_code.used': ['success', 'Recovery code used'],
  'passkey.added': ['success', 'Passkey added'],
  'passkey.removed': ['success', 'Passkey removed'],
  'device.trusted': ['success', 'Device trusted'],
  'device.removed': ['success', 'Device not trusted any more'],
  'limit.reached': ['refused', 'Too many attempts'],
  'key.rotated': ['success', 'Signing key rotated'],
  'key.retired': ['success', 'Signing key retired'],
  'server.started': ['success', 'Server started'],
  'audit.pruned': ['success', 'Old entries removed'],
}

/** Who does something: an account, whoever has a shell on the server, the server by itself, or nobody knows. */
export type Actor = AccountId | 'operator' | 'system' | 'stranger'

/** Who did it, whose account it is about, and which session. */
export interface About {
  /** The subject itself, where it is left out. */
  readonly actor?: Actor
  readonly subject?: AccountId | undefined
  readonly session?: string | undefined
}

/** From where it was asked, as far as the network and the client itself say. */
export interface AskingClient {
  readonly agent: string
  readonly address: string
}

/** An event as it was written down. */
export interface AuditEntry<Type extends AuditType = AuditType> {
  readonly seq: number
  readonly at: Instant
  readonly type: Type
  readonly outcome: AuditOutcome
  readonly actor: Actor
  readonly subject: AccountId | undefined
  readonly session: string | undefined
  readonly client: AskingClient
  readonly details: AuditDetails[Type]
  /** Ties it to all that were written before. */
  readonly hash: string
}
