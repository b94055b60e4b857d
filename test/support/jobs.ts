/** Runs a scheduled function now, through the door to functions that serverless-offline keeps beside the API. */
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { readRunFile } from '../../scripts/local/run-file.ts'

/** Its port is known to the API's process alone: where there is no /proc nothing is done, and the job comes with the next minute. */
export async function runJob(runFile: string, name: string, signal?: AbortSignal): Promise<void> {
  const port = lambdaPortOf(runFile)
  if (port === undefined) return
  const url = `http://127.0.0.1:${port}/2015-03-31/functions/payment-backend-dev-${name}/invocations`
  const { status } = await fetch(url, { method: 'POST', body: '{}', signal: signal ?? null })
  if (status !== 200) throw new Error(`${name} answers ${status} at ${url}`)
}

const BREAK_MS = 500

/** The jobs run again and again until the work is over. After a kill of the API they would begin with the next minute only. */
export async function whileJobsRun<T>(runFile: string, names: readonly string[], work: () => Promise<T>): Promise<T> {
  const over = new AbortController()
  const running = names.map(name => runAgainAndAgain(runFile, name, over.signal))
  try {
    return await work()
  } finally {
    over.abort()
    await Promise.all(running)
  }
}

async function runAgainAndAgain(runFile: string, name: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    // The API, or what it needs, may be away.
    await runJob(runFile, name, signal).catch(() => undefined)
    await sleep(BREAK_MS, undefined, { signal }).catch(() => undefined)
  }
}

function lambdaPortOf(runFile: string): string | undefined {
  if (process.platform !== 'linux') return undefined
  const pid = readRunFile(runFile)?.processes.find(({ name }) => name === 'api')?.pid
  const environment = pid === undefined ? '' : readFileSync(`/proc/${pid}/environ`, 'latin1')
  return /(?:^|\0)API_LAMBDA_PORT=(\d+)/.exec(environment)?.[1]
}
