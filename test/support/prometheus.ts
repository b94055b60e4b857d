/** A real Prometheus that reads the system under test every second, with the rules of deploy/prometheus. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { anyFreePort } from '../../scripts/local/ports.ts'
import { ensurePrometheus, prometheusChild } from '../../scripts/local/prometheus.ts'
import { until } from '../../shared/runtime/until.ts'
import { inheritedEnv, isRunning } from './extra-api.ts'
import { repositoryFolder, systemUnderTest } from './system.ts'

export interface Sample {
  labels: Record<string, string>
  value: number
}

interface Answer {
  status: 'success' | 'error'
  error?: string
  data: unknown
}

export class Prometheus {
  readonly #url: string
  readonly #child: ChildProcess

  private constructor(url: string, child: ChildProcess) {
    this.#url = url
    this.#child = child
  }

  /** Resolves when it is ready. Rejects with how to get one when there is none. */
  static async start(intervalMs = 1_000): Promise<Prometheus> {
    const { apiUrl: ofSystem, logsFolder } = systemUnderTest()
    const programs = await ensurePrometheus({ log: join(logsFolder, 'install.log') })
    const port = await anyFreePort(new Set())
    const folder = { root: join(dirname(logsFolder), 'prometheus-of-test'), logs: logsFolder }
    const { command, args, log, probe } = prometheusChild({ folder, port, programs, apiUrl: ofSystem, intervalMs })
    const output = openSync(log, 'w')
    const child = spawn(
      process.execPath,
      [join(repositoryFolder, 'test/support/run-with-parent.mjs'), command, ...args],
      {
        env: inheritedEnv(),
        stdio: ['ignore', output, output],
      },
    )
    closeSync(output)
    const prometheus = new Prometheus(`http://127.0.0.1:${port}`, child)
    try {
      await until(() => !isRunning(child) || probe(new AbortController().signal).then(() => true), {
        what: 'Prometheus',
      })
      if (!isRunning(child)) throw new Error(`it ended at once:\n${readFileSync(log, 'utf8').slice(-2_000)}`)
    } catch (error) {
      await prometheus.stop()
      throw error
    }
    return prometheus
  }

  /** Every series of the result. Throws with Prometheus's own words when the question is wrong. */
  async query(expr: string): Promise<Sample[]> {
    const { result } = (await this.#ask(`query?${new URLSearchParams({ query: expr })}`)) as {
      result: Array<{ metric: Record<string, string>; value: [number, string] }>
    }
    return result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }))
  }

  /** Every rule that is loaded, and what came of its last evaluation. */
  async rules(): Promise<Array<{ name: string; health: string; lastError?: string }>> {
    const { groups } = (await this.#ask('rules')) as {
      groups: Array<{ rules: Array<{ name: string; health: string }> }>
    }
    return groups.flatMap(({ rules }) => rules)
  }

  async stop(): Promise<void> {
    if (!isRunning(this.#child)) return
    const ended = once(this.#child, 'exit')
    this.#child.kill('SIGTERM')
    await ended
  }

  async #ask(path: string): Promise<unknown> {
    const response = await fetch(`${this.#url}/api/v1/${path}`)
    const answer = (await response.json()) as Answer
    if (answer.status !== 'success') throw new Error(`${path}: ${answer.error}`)
    return answer.data
  }
}
