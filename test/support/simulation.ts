import { setImmediate as settle } from 'node:timers/promises'

interface Task {
  readonly at: number
  readonly run: () => void
}

/** Virtual time in milliseconds: whatever is to happen happens in order, and nothing waits. */
export class Timeline {
  now = 0
  readonly #tasks: Task[] = []

  at(time: number, run: () => void): void {
    const index = this.#tasks.findIndex((task) => task.at > time)
    this.#tasks.splice(index < 0 ? this.#tasks.length : index, 0, {
      at: Math.max(time, this.now),
      run,
    })
  }

  sleep(duration: number): Promise<void> {
    return new Promise((resolve) => this.at(this.now + duration, resolve))
  }

  async runUntil(end: number): Promise<void> {
    for (;;) {
      await settle()
      const task = this.#tasks[0]
      if (!task || task.at > end) return
      this.#tasks.shift()
      this.now = task.at
      task.run()
    }
  }
}
