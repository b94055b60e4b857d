/** Waits for work, but not for ever. */

/** `done` when the work ended in time, `late` when it goes on without us. Rejects when the work fails in time. */
export async function within(durationMs: number, work: Promise<unknown>): Promise<'done' | 'late'> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<'late'>(resolve => {
    timer = setTimeout(() => resolve('late'), durationMs)
    // What is waited for keeps the process alive, not the waiting.
    timer.unref()
  })
  try {
    return await Promise.race([work.then((): 'done' => 'done'), late])
  } finally {
    clearTimeout(timer)
  }
}
