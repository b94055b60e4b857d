/** Runs a scheduled function now, through the door to functions that serverless-offline keeps beside the API. */
import { readFileSync } from 'node:fs'
import { readRunFile } from '../../scripts/local/run-file.ts'

/** Its port is known to the API's process alone: where there is no /proc nothing is done, and the job comes with the next minute. */
export async function runJob(runFile: string, name: string): Promise<void> {
  const port = lambdaPortOf(runFile)
  if (port === undefined) return
  const url = `http://127.0.0.1:${port}/2015-03-31/functions/payment-backend-dev-${name}/invocations`
  const { status } = await fetch(url, { method: 'POST', body: '{}' })
  if (status !== 200) throw new Error(`${name} answers ${status} at ${url}`)
}

function lambdaPortOf(runFile: string): string | undefined {
  if (process.platform !== 'linux') return undefined
  const pid = readRunFile(runFile)?.processes.find(({ name }) => name === 'api')?.pid
  const environment = pid === undefined ? '' : readFileSync(`/proc/${pid}/environ`, 'latin1')
  return /(?:^|\0)API_LAMBDA_PORT=(\d+)/.exec(environment)?.[1]
}
