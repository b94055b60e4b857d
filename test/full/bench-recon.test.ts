/** The benchmark of reconciliation: a run over few lines, on a system of its own, whose figures fit together. */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, jest, test } from '@jest/globals'
import type { ReconResult } from '../../scripts/lab/bench/recon/run-recon.ts'
import { inheritedEnv } from '../support/extra-api.ts'
import { repositoryFolder } from '../support/system.ts'

jest.setTimeout(400_000)

const LINES = 3_000

test('npm run bench:recon takes every line, and authorizes are answered beside it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'bench-recon-'))
  try {
    const file = join(folder, 'recon.json')
    const { PAY_RUN_FILE: _, ...env } = inheritedEnv()
    const flags = ['--lines', String(LINES), '--seconds', '2', '--per-second', '20', '--json', file]
    await promisify(execFile)(process.execPath, ['scripts/bench-recon.ts', ...flags], { cwd: repositoryFolder, env })
    const result = JSON.parse(await readFile(file, 'utf8')) as ReconResult

    expect(result.problems).toEqual([])
    const parts = [result.alone, result.double, result.beside]
    expect(parts.map(({ lines, workPercent }) => [lines, workPercent])).toEqual([
      [LINES, 100],
      [2 * LINES, 100],
      [LINES, 30],
    ])
    for (const { imported, matched, seconds } of parts) {
      expect(seconds).toBeCloseTo(imported.seconds + matched.seconds)
      for (const { cpuSeconds, startRssMiB, peakRssMiB, transactionsMs } of [imported, matched]) {
        expect(cpuSeconds).toBeGreaterThan(0)
        expect(peakRssMiB).toBeGreaterThanOrEqual(startRssMiB)
        expect(transactionsMs.count).toBeGreaterThan(0)
      }
    }
    expect(result.authorizesAlone.sent).toBe(40)
    expect(result.authorizesBeside.sent).toBeGreaterThan(0)
    expect(result.authorizesBeside.latencyMs.p50).toBeGreaterThan(0)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
