/** The curl tour of the README, both languages: its very lines run, and they show what the text promises. */
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { expect, jest, test } from '@jest/globals'
import { paymentDetailView } from '../../shared/contracts/routes/get-payment.ts'
import { exactly } from '../support/contract.ts'
import { inheritedEnv } from '../support/extra-api.ts'
import { repositoryFolder, systemUnderTest } from '../support/system.ts'

jest.setTimeout(120_000)

const run = promisify(execFile)
const { apiUrl } = systemUnderTest()

/** The fenced bash blocks between the markers, in order, as one script. Throws when there is nothing to run. */
function tourOf(readme: string, name: string): string {
  const [, tour] = /<!-- tour:start -->(.*?)<!-- tour:end -->/s.exec(readme) ?? []
  if (tour === undefined) throw new Error(`${name} has no <!-- tour:start --> … <!-- tour:end -->`)
  const blocks = [...tour.matchAll(/^```bash\n(.*?)^```$/gms)].map(([, block]) => block)
  if (blocks.length === 0) throw new Error(`the tour of ${name} has no \`\`\`bash block`)
  return blocks.join('\n')
}

/** Any command that fails ends it; `node` is the one that runs this test. */
async function runTour(script: string): Promise<string> {
  const env = {
    ...inheritedEnv(),
    API_URL: apiUrl,
    PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
  }
  // Without --norc a bash that finds a socket as its input takes itself for a remote shell, and reads somebody's settings.
  const { stdout, stderr } = await run('bash', ['--norc', '-euo', 'pipefail', '-c', script], {
    cwd: repositoryFolder,
    env,
  })
  expect(stderr).toBe('')
  return stdout
}

test.each(['README.md', 'README.ko.md'])(
  '%s: the tour buys, repeats, misuses a key, captures and refunds',
  async name => {
    const output = await runTour(tourOf(await readFile(join(repositoryFolder, name), 'utf8'), name))

    expect(output).toMatch(/^HTTP\/1\.1 201 .*^idempotent-replayed: true/ims)
    expect(output).toMatch(/^HTTP\/1\.1 422 .*"differences":\["\/amount"\]/ims)
    const payment = exactly(paymentDetailView).parse(JSON.parse(output.slice(output.lastIndexOf('\n{\n'))))
    expect(payment).toMatchObject({ status: 'REFUNDED', amount: 1_550_000, refundedAmount: 1_550_000 })
    expect(payment.ledgerEntries.map(entry => entry.type).sort()).toEqual(['capture', 'fee', 'refund'])
    expect(payment.events.map(event => event.type)).toEqual([
      'payment.authorized',
      'payment.captured',
      'payment.refunded',
    ])
    for (const event of payment.events) expect(event.publishedAt).not.toBeNull()
  },
)
