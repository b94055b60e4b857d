/** The score of reconciliation over many small worlds and some large ones, and that it falls when a rule is gone. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, jest, test } from '@jest/globals'
import { foundClasses } from '../../scripts/lab/recon/generate/truth.ts'
import { repositoryFolder } from '../support/system.ts'

jest.setTimeout(1_200_000)

/** On the database server of the system under test. */
const score = (...args: string[]) =>
  promisify(execFile)(process.execPath, ['scripts/recon-score.ts', ...args], {
    cwd: repositoryFolder,
    env: { ...process.env, NODE_OPTIONS: '' },
    maxBuffer: 2 ** 26,
  }).then(
    ({ stdout }) => ({ code: 0, stdout }),
    ({ code, stdout }) => ({ code, stdout }),
  )

test.each([
  ['40 small worlds', ['--seeds', '40', '--lines', '2000']],
  ['5 small worlds in which much goes wrong', ['--seeds', '5', '--lines', '2000', '--mix', 'harsh']],
  ['3 large worlds', ['--seeds', '3', '--lines', '100000']],
])('%s: everything that was planted is found, and nothing else', async (_, args) => {
  expect(await score(...args)).toMatchObject({ code: 0 })
})

test.each(foundClasses)('without its rule %s is found less than every second time', async name => {
  expect(await score('--without', name)).toMatchObject({ code: 0 })
})
