import { type Account, type AccountId, parseEmail, parseName } from '../core/accounts/index.ts'
import type { DeviceId, TrustedDevice } from '../core/devices/index.ts'
import type { FactorId, TotpEnrolment } from '../core/factors/index.ts'
import type { Budget, Claim } from '../core/limits/index.ts'
import type { Passkey, PasskeyId } from '../core/passkeys/index.ts'
import type { Session, SessionId } from '../core/sessions/index.ts'
import { type Instant, instantOf } from '../kernel/clock.ts'
import { sha256 } from '../kernel/digest.ts'
import { publicId, systemRandom, urlSafe } from '../kernel/random.ts'
import { hashOfToken, mintToken, type TokenHash } from '../kernel/token.ts'

/** Times in tests are written out: `anInstant('2030-01-01T00:00:00Z')`. */
export function anInstant(iso: string): Instant {
  return instantOf(iso)
}

/** A new active account with an address of its own. */
export function anAccount(over: Partial<Account> & { readonly address?: string } = {}): Account {
  const id = publicId(systemRandom, 'acc') as AccountId
  const { address = `${id}@example.com`, ...rest } = over
  const email = parseEmail(address)
  const named = parseName('Ann Example')
  if (!email || !('name' in named)) throw new TypeError('not an address')
  return {
    id,
    email: email.email,
    canonicalEmail: email.canonical,
    fullName: named.name,
    status: 'active',
    role: 'user',
    epoch: 0,
    createdAt: anInstant('2030-01-01T00:00:00Z'),
    emailVerifiedAt: undefined,
    ...rest,
  }
}

/** A session of that account, from 2030-01-01T00:00:00Z, for half an hour of idling or a day. */
export function aSession(account: Account, over: Partial<Session> = {}): Session {
  return {
    id: publicId(systemRandom, 'sn') as SessionId,
    tokenHash: aTokenHash(),
    kind: 'session',
    accountId: account.id,
    epoch: account.epoch,
    proofs: [{ method: 'password', at: anInstant('2030-01-01T00:00:00Z') }],
    client: { agent: 'Mozilla/5.0', address: '192.0.2.1' },
    createdAt: anInstant('2030-01-01T00:00:00Z'),
    authenticatedAt: anInstant('2030-01-01T00:00:00Z'),
    seenAt: anInstant('2030-01-01T00:00:00Z'),
    expiresAt: anInstant('2030-01-01T00:30:00Z'),
    endsAt: anInstant('2030-01-02T00:00:00Z'),
    ...over,
  }
}

/** The hash of a token that nobody knows. */
export function aTokenHash(): TokenHash {
  return hashOfToken('session', mintToken('session', systemRandom).expose()) as TokenHash
}

/** An authenticator app that is being set up, from 2030-01-01T00:00:00Z, for a quarter of an hour. */
export function aTotpEnrolment(
  accountId: AccountId,
  over: Partial<TotpEnrolment> = {},
): TotpEnrolment {
  const id = publicId(systemRandom, 'totp') as FactorId
  return {
    id,
    accountId,
    sealed: `sealed ${id}`,
    createdAt: anInstant('2030-01-01T00:00:00Z'),
    expiresAt: anInstant('2030-01-01T00:15:00Z'),
    ...over,
  }
}

/** A passkey that nobody has the key of, made at 2030-01-01T00:00:00Z. */
export function aPasskey(accountId: AccountId, over: Partial<Passkey> = {}): Passkey {
  return {
    id: publicId(systemRandom, 'pk') as PasskeyId,
    accountId,
    credentialId: urlSafe(systemRandom, 32),
    publicKey: urlSafe(systemRandom, 77),
    counter: 0,
    backupEligible: true,
    backedUp: false,
    transports: ['internal', 'hybrid'],
    name: 'Phone',
    createdAt: anInstant('2030-01-01T00:00:00Z'),
    usedAt: undefined,
    ...over,
  }
}

/** A browser that an account trusts from 2030-01-01T00:00:00Z, for thirty days. */
export function aTrustedDevice(
  accountId: AccountId,
  over: Partial<TrustedDevice> = {},
): TrustedDevice {
  const token = mintToken('device', systemRandom).expose()
  return {
    id: publicId(systemRandom, 'dv') as DeviceId,
    tokenHash: hashOfToken('device', token) as TokenHash,
    accountId,
    epoch: 3,
    agent: 'Mozilla/5.0',
    address: '192.0.2.1',
    createdAt: anInstant('2030-01-01T00:00:00Z'),
    seenAt: anInstant('2030-01-01T00:00:00Z'),
    expiresAt: anInstant('2030-01-31T00:00:00Z'),
    ...over,
  }
}

/** A point of that budget, under a key of its own. */
export function aClaim(budget: Budget): Claim {
  return { key: sha256(urlSafe(systemRandom, 32)), budget }
}
