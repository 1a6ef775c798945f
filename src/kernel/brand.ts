declare const brand: unique symbol

/** A `Base` that has passed a check, so that the compiler tells it from one that has not. */
export type Brand<Base, Name extends string> = Base & { readonly [brand]: Name }
