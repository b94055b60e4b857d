/** The benchmark runs against a real broker, and its checks can fail. The figures of so few records mean nothing. */
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from '@jest/globals'
import { brokers } from '../broker.ts'
import { TEST_TIMEOUT_MS } from '../real-broker.ts'

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))
const few = ['--batch-sizes', '50', '--handlers', 'decode', '--records', '1200', '--rounds', '1', '--seconds', '1']

/** Runs it to its end with a file for its figures. */
async function bench(...args: string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'kafka-events-bench-'))
  const json = join(folder, 'figures.json')
  const env = { ...process.env, NODE_OPTIONS: '', KAFKA_BROKERS: brokers }
  try {
    const program = [path('../../bench/bench.ts'), ...few, '--json', json, ...args]
    const { exitCode, output } = await new Promise<{ exitCode: unknown; output: string }>(resolve =>
      execFile(process.execPath, program, { env }, (error, stdout, stderr) =>
        resolve({ exitCode: error?.code ?? 0, output: stdout + stderr }),
      ),
    )
    return { exitCode, output, figures: exitCode === 0 ? JSON.parse(readFileSync(json, 'utf8')) : undefined }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

test(
  'measures the plugin beside a bare loop: every record once, all of them committed, each one timed',
  async () => {
    const { exitCode, output, figures } = await bench('--variants', 'plugin,bare')

    expect({ exitCode, output }).toEqual({ exitCode: 0, output: expect.stringContaining('plugin ÷ bare') })
    const measured = { records: expect.any(Number), seconds: expect.any(Number), cpuSeconds: expect.any(Number) }
    for (const variant of ['plugin', 'bare']) {
      expect(figures.throughput).toContainEqual(
        expect.objectContaining({ variant, batchSize: 50, figures: expect.objectContaining(measured) }),
      )
      expect(figures.latency).toContainEqual(
        expect.objectContaining({ variant, count: 200, p50Ms: expect.any(Number) }),
      )
    }
  },
  TEST_TIMEOUT_MS,
)

test(
  'does not trust the figures of a plugin that hands a record over twice',
  async () => {
    const plugin = path('../bench/doubling-plugin.mjs')
    const { exitCode, output } = await bench('--only', 'throughput', '--variants', 'plugin', '--plugin', plugin)

    const problem = 'problem: decode @50 plugin: the values add up to'
    expect({ exitCode, output }).toEqual({ exitCode: 1, output: expect.stringContaining(problem) })
  },
  TEST_TIMEOUT_MS,
)
