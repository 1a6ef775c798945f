import type { Duration } from '../../kernel/clock.ts'

/** So many within this time: any stretch of time as long as the window holds no more of them. */
export interface Budget {
  readonly points: number
  readonly window: Duration
  /** Does the window double each time that all points were spent, up to {@link longestWindow}? */
  readonly grows: boolean
  /** Does it guard a secret? Then nobody is let through while it cannot be counted. */
  readonly failsClosed?: boolean
}

/** No wait grows beyond a day; and after a day without a try it starts anew. */
export const longestWindow: Duration = (24 * 60 * 60 * 1000) as Duration

/** Windows of more points than this are counted in so many slices, so that what is kept stays small. */
export const mostSlices = 60

/** Times are rounded up to this, in milliseconds: never down, so that no window holds more than its points. */
export function sliceOf({ points, window }: Budget): number {
  return points > mostSlices ? Math.ceil(window / mostSlices) : 1
}
