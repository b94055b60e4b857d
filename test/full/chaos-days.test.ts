/** Chaos while days pass: batches close, payouts are made, sent and paid, files are matched, and bank and acquirer agree with the books. */
import { expect, test } from '@jest/globals'
import { runChaos } from '../support/run-chaos.ts'
import { systemUnderTest } from '../support/system.ts'

const SEED = 20_261_129
const DEADLINE_MS = 1_200_000

const testOrSkip = systemUnderTest().mode === 'native' ? test : test.skip

testOrSkip(
  `clients = database = Kafka = acquirer = bank = ledger after days that passed (seed ${SEED})`,
  async () => {
    const { code, failures, mismatches, settled } = await runChaos('chaos-days', SEED, ['--minutes', '1'])
    expect({ code, failures, mismatches }).toEqual({ code: 0, failures: [], mismatches: [] })
    expect(settled.days).toBeGreaterThanOrEqual(9)
    for (const state of ['PAID', 'RETURNED', 'FAILED']) expect(settled.payouts[state]).toBeGreaterThan(0)
    expect(settled.compared).toBeGreaterThan(100)
  },
  DEADLINE_MS,
)
