/** More keys than this travel as several messages. */
const most = 500

interface Asked<Row> {
  readonly resolve: (row: Row | undefined) => void
  readonly reject: (error: unknown) => void
}

/**
 * Look-ups of one turn of the event loop as one message: a server under load has many requests in each
 * turn, and a message costs it more than a row.
 */
export function gathered<Row>(
  column: string & keyof Row,
  ask: (keys: readonly string[]) => Promise<readonly Row[]>,
): (key: string) => Promise<Row | undefined> {
  let waiting = new Map<string, Asked<Row>[]>()

  const send = async () => {
    if (waiting.size === 0) return
    const asked = waiting
    waiting = new Map()
    try {
      const rows = await ask([...asked.keys()])
      const found = new Map(rows.map((row) => [row[column] as string, row]))
      for (const [key, all] of asked) for (const { resolve } of all) resolve(found.get(key))
    } catch (error) {
      for (const all of asked.values()) for (const { reject } of all) reject(error)
    }
  }

  return (key) =>
    new Promise((resolve, reject) => {
      if (waiting.size === 0) setImmediate(send)
      const all = waiting.get(key)
      if (all) all.push({ resolve, reject })
      else waiting.set(key, [{ resolve, reject }])
      if (waiting.size >= most) void send()
    })
}
