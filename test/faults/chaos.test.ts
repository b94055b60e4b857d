/** Half a minute of chaos on a system of its own: an auditor with books of its own finds nothing, and then every lie that is planted. */
import { expect, test } from '@jest/globals'
import { runChaos } from '../support/run-chaos.ts'
import { systemUnderTest } from '../support/system.ts'

const SEED = 20_261_128
const DEADLINE_MS = 400_000

// The proxy in front of Kafka has to be its advertised listener, which Compose alone can say.
const testOrSkip = systemUnderTest().mode === 'native' ? test : test.skip

testOrSkip(
  `what clients were told = database = Kafka = acquirer = ledger (seed ${SEED})`,
  async () => {
    // With days that pass it takes minutes more: test/full has them.
    const flags = ['--minutes', '0.5', '--days', '0', '--plant']
    const { code, failures, mismatches, planted, faults, operations, operators, journal } = await runChaos(
      'chaos',
      SEED,
      flags,
    )
    expect({ code, failures, mismatches }).toEqual({ code: 0, failures: [], mismatches: [] })
    expect(planted.length).toBeGreaterThanOrEqual(7)
    expect(planted.filter(({ problem }: { problem: string | null }) => problem !== null)).toEqual([])
    expect(Object.values<object>(faults).flatMap(counts => Object.keys(counts)).length).toBeGreaterThanOrEqual(3)
    expect(Object.keys(operations)).toEqual(expect.arrayContaining(['authorize SUCCEEDED', 'capture SUCCEEDED']))
    expect(operators.entries).toBeGreaterThan(0)
    expect(operators.refused).toBeGreaterThan(0)
    expect(journal).toBeGreaterThan(0)
  },
  DEADLINE_MS,
)
