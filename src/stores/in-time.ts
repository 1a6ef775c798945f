/**
 * What comes of `work`, or a fault once so many milliseconds have passed: whatever becomes of it then is nobody's. Every
 * call of a server goes this way, so it is a timer and no more: an `AbortSignal` takes ten times as long to be made.
 */
export function inTime<Result>(milliseconds: number, work: () => Promise<Result>): Promise<Result> {
  const working = work()
  const { promise, resolve, reject } = Promise.withResolvers<Result>()
  const late = setTimeout(
    () => reject(new Error(`no answer within ${milliseconds} ms`)),
    milliseconds,
  )
  working.then(resolve, reject).finally(() => clearTimeout(late))
  return promise
}
