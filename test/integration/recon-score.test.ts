/** Generated worlds, reconciled by the product on MariaDB: everything that was planted is found, and nothing else. */
import { describe, expect, jest, test } from '@jest/globals'
import { commitSeed } from '../../scripts/lab/recon/score/commit-seed.ts'
import { productOn } from '../../scripts/lab/recon/score/product.ts'
import { scoreWorlds } from '../../scripts/lab/recon/score/score-worlds.ts'
import { systemUnderTest } from '../support/system.ts'

jest.setTimeout(300_000)

const LINES = 2_000
const seeds = [commitSeed(), commitSeed() + 1, commitSeed() + 2]

describe('reconciliation finds all that was planted, and nothing else', () => {
  test.each(seeds)('in the world of seed %d', async seed => {
    const options = { seed, seeds: 1, lines: LINES, mix: 'standard', productOn, say: () => {} } as const
    const { total } = await scoreWorlds(systemUnderTest().databaseUrl, options)
    expect(total.problems).toEqual([])
    expect(total.all).toMatchObject({ recall: 1, precision: 1 })
    expect(total.all.planted).toBeGreaterThan(100)
  })
})
