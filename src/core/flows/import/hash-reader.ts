/** What a hash says of itself, without any password. */
export type HashReading =
  | {
      readonly kind: 'accepted'
      readonly scheme: string
      readonly cost: Readonly<Record<string, number>>
      /** The key that was mixed into the password, by its id. */
      readonly key: string | undefined
      /** The next sign-in replaces it. */
      readonly upgraded: boolean
    }
  /** A mark in the place of a hash: an account without a password. */
  | { readonly kind: 'no_password' }
  | {
      readonly kind: 'refused'
      readonly rule: HashRefusal
      /** What it looks like; several names where forms look alike. */
      readonly scheme: string | undefined
    }

/**
 * `not_understood`: no scheme's form. `not_accepted`: of a scheme that is not among those accepted here.
 * `too_expensive`: beyond the bounds. `unknown_key`: made with a pepper that is not here.
 */
export type HashRefusal = 'not_understood' | 'not_accepted' | 'too_expensive' | 'unknown_key'

/** Port to the schemes: what would become of a hash at the next sign-in? Cheap, and never throws. */
export interface HashReader {
  read(hash: string): HashReading
}
