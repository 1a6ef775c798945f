import { type Clock, type Duration, plus } from '../../kernel/clock.ts'
import { publicId, type Random } from '../../kernel/random.ts'
import type { Secret } from '../../kernel/secret.ts'
import { hashOfToken, mintToken, type TokenHash } from '../../kernel/token.ts'
import type { Account, AccountId } from '../accounts/index.ts'
import type { DeviceId, TrustedDevice } from './device.ts'
import type { DeviceStore } from './store.ts'

export interface TrustedDevicesDependencies {
  readonly store: DeviceStore
  readonly clock: Clock
  readonly random: Random
  /** For how long; 0 where no device is to be trusted. */
  readonly lifetime: Duration
}

/** What a device is known to its owner by. */
export interface DeviceClient {
  readonly agent: string
  readonly address: string
}

/** More than anybody's browsers. */
const mostDevices = 20

/** Browsers in which an account is not asked for the code of its app. What that saves is decided in `assurance`. */
export class TrustedDevices {
  readonly #deps: TrustedDevicesDependencies

  constructor(deps: TrustedDevicesDependencies) {
    this.#deps = deps
  }

  /** How long a device is trusted; 0: not at all. */
  get lifetime(): Duration {
    return this.#deps.lifetime
  }

  /** Trusts the device that is given this token: the only time that it is known. */
  async trust(
    { id: accountId, epoch }: Account,
    { agent, address }: DeviceClient,
  ): Promise<Secret | undefined> {
    const { store, clock, random, lifetime } = this.#deps
    if (lifetime === 0) return undefined
    const token = mintToken('device', random)
    const now = clock.now()
    const device: TrustedDevice = {
      id: publicId(random, 'dv') as DeviceId,
      tokenHash: hashOfToken('device', token.expose()) as TokenHash,
      accountId,
      epoch,
      agent: agent.slice(0, 300).toWellFormed(),
      address: address.slice(0, 64),
      createdAt: now,
      seenAt: now,
      expiresAt: plus(now, lifetime),
    }
    await store.insert(device, mostDevices)
    return token
  }

  /** Does this account trust the device that has this token? */
  async isTrusted({ id, epoch }: Account, token: Secret | undefined): Promise<boolean> {
    const { store, clock, lifetime } = this.#deps
    const hash = token && lifetime > 0 && hashOfToken('device', token.expose())
    return hash ? store.use(hash, id, epoch, clock.now()) : false
  }

  /** The devices that the account trusts now, and which of them has this token. */
  async list(
    { id, epoch }: Account,
    token?: Secret,
  ): Promise<(TrustedDevice & { readonly isCurrent: boolean })[]> {
    const { store, clock, lifetime } = this.#deps
    if (lifetime === 0) return []
    const own = token && hashOfToken('device', token.expose())
    const devices = await store.list(id, epoch, clock.now())
    return devices.map((device) => ({ ...device, isCurrent: device.tokenHash === own }))
  }

  /** `false` when the account has no such device. */
  remove(owner: AccountId, id: DeviceId): Promise<boolean> {
    return this.#deps.store.remove(owner, id)
  }

  async sweep(): Promise<void> {
    const { store, clock } = this.#deps
    const batch = 500
    while ((await store.sweep(clock.now(), batch)) === batch);
  }
}
