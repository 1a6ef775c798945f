import { setTimeout as delay } from 'node:timers/promises'

/** Asks again and again until the answer is yes. */
export async function eventually(
  what: string,
  isSo: () => boolean | Promise<boolean>,
  limitMs = 10_000,
): Promise<void> {
  const deadline = performance.now() + limitMs
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`Not within ${limitMs} ms: ${what}`)
    await delay(20)
  }
}
