import { systemRandom, urlSafe } from '../kernel/random.ts'

/** `sallyport secret`: 256 random bits in 43 characters. */
export function showSecret(): void {
  console.log(urlSafe(systemRandom, 32))
}
