import { inspect } from 'node:util'

const mask = '[secret]'

/**
 * Holds a value that must not be shown: printing, logging, interpolating or serialising it gives
 * `[secret]`. Whoever needs the value says so with {@link Secret.expose}, which is easy to search for.
 */
export class Secret<Value = string> {
  readonly #value: Value

  constructor(value: Value) {
    this.#value = value
  }

  expose(): Value {
    return this.#value
  }

  toString(): string {
    return mask
  }

  toJSON(): string {
    return mask
  }
}

// Not a method: the emitter of declarations cannot name a member by another module's symbol.
Object.defineProperty(Secret.prototype, inspect.custom, { value: () => mask })
