/** Waits for work, but not for ever. */

/** `done` when the work ended in time, `late` when it goes on without us. Rejects when the work fails in time. */
export async function within(durationMs: number, work: Promise<unknown>): Promise<'done' | 'late'> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<'late'>(resolve => {
    timer = setTimeout(() => resolve('late'), durationMs)
    // The work keeps the process alive. The timer must not.
    timer.unref()
  })
  try {
    return await Promise.race([work.then((): 'done' => 'done'), late])
  } finally {
    clearTimeout(timer)
  }
}
