/** Keys in the order in which they lie, as people press them when they are asked for something long. */
const keyboardRows = [
  'qwertyuiop',
  'asdfghjkl',
  'zxcvbnm',
  'qwertyuiopasdfghjkl',
  'qwertyuiopasdfghjklzxcvbnm',
  'asdfghjklzxcvbnm',
  'qwertzuiop',
  'azertyuiop',
  '1234567890',
  '0123456789',
  '0987654321',
  '1234567890qwertyuiop',
  'qwertyuiop1234567890',
  '1qaz2wsx3edc',
  '1qaz2wsx3edc4rfv',
  '1q2w3e4r5t6y',
  'q1w2e3r4t5y6',
  'qazwsxedcrfv',
  'zaq12wsxcde3',
]

/** What people add to a word that is too short or lacks a digit or a sign. */
const usualEndings = [
  '',
  ...['1', '12', '123', '1234', '12345', '123456'],
  ...['!', '1!', '123!', '@123', '#1'],
]

const firstYear = 1950

/**
 * Passwords that are tried first although they are long: a well-known password once, twice or three
 * times, and a usual ending (NIST SP 800-63B-4, 3.1.1.2; ASVS 5.0, 6.2.4). The list has millions of
 * lines, so a password is taken apart instead of being looked up.
 */
export class CommonPasswords {
  readonly #words: readonly string[]
  readonly #folded: ReadonlySet<string>

  constructor(words: readonly string[]) {
    this.#words = [...words, ...keyboardRows]
    this.#folded = new Set(this.#words.map(fold))
  }

  /** Letter case and the common ways to write letters as digits and signs make no difference. */
  has(password: string, year: number): boolean {
    return endingsOf(password, year).some((ending) =>
      this.#isWord(fold(password.slice(0, password.length - ending.length))),
    )
  }

  /** Every line of the list, in small letters. For tests: nobody else should write millions of lines. */
  *list(year: number): Generator<string> {
    const endings = [...usualEndings, ...years(year)]
    for (const word of this.#words) {
      for (const times of repeats) {
        const stem = word.repeat(times)
        for (const ending of endings) yield stem + ending
      }
    }
  }

  #isWord(stem: string): boolean {
    return repeats.some((times) => {
      const word = stem.slice(0, stem.length / times)
      return word.repeat(times) === stem && this.#folded.has(word)
    })
  }
}

const repeats = [1, 2, 3] as const

/** The endings that the password may have: none is one of them. */
function endingsOf(password: string, year: number): string[] {
  const last = Number(/\d{4}$/.exec(password)?.[0])
  const usual = usualEndings.filter((ending) => password.endsWith(ending))
  return last >= firstYear && last <= year + 1 ? [...usual, String(last)] : usual
}

/** Until the next one: people are born in some and write others. */
function years(year: number): string[] {
  return Array.from({ length: year + 2 - firstYear }, (_, at) => String(firstYear + at))
}

const letterOfSign: Readonly<Record<string, string>> = {
  '@': 'a',
  '4': 'a',
  '8': 'b',
  '3': 'e',
  '9': 'g',
  '1': 'i',
  '!': 'i',
  '|': 'i',
  l: 'i',
  '0': 'o',
  $: 's',
  '5': 's',
  '7': 't',
  '+': 't',
  '2': 'z',
}

/** `l` becomes `i` too: a `1` may stand for either. */
function fold(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[@48391!|l0$57+2]/g, (sign) => letterOfSign[sign] ?? sign)
}
