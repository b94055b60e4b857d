/**
 * The Kafka broker that the tests run against, and its life. PAY_RUN_FILE names a JSON file that tells of both:
 * `env.KAFKA_BROKERS` is its address, and `controlSocket` a Unix socket that answers HTTP: `POST /kill/kafka`, `/stop/kafka`
 * and `/start/kafka`, with status 200 when it is done. A broker that was killed is brought back without being asked.
 */
import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import { text } from 'node:stream/consumers'

interface RunFile {
  controlSocket: string
  env: { KAFKA_BROKERS: string }
}

/** `host:port`, several with commas between. */
export const brokers = readRunFile().env.KAFKA_BROKERS

/** The broker dies at once and is brought back on the same port. Answers when it is back. */
export async function killBroker(): Promise<void> {
  await control('kill')
  await startBroker()
}

/** Ends the broker in an orderly way and holds it down. */
export function stopBroker(): Promise<void> {
  return control('stop')
}

/** Answers when it is ready; at once when it is. */
export function startBroker(): Promise<void> {
  return control('start')
}

async function control(step: 'kill' | 'stop' | 'start'): Promise<void> {
  const { controlSocket: socketPath } = readRunFile()
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const call = request({ socketPath, method: 'POST', path: `/${step}/kafka` }, async response => {
    const answer = await text(response)
    if (response.statusCode === 200) resolve()
    else reject(new Error(`the broker did not ${step}: ${answer}`))
  })
  call.once('error', reject).end()
  return promise
}

function readRunFile(): RunFile {
  const path = process.env.PAY_RUN_FILE
  if (!path) throw new Error('PAY_RUN_FILE must name the run file of a running broker')
  return JSON.parse(readFileSync(path, 'utf8'))
}
