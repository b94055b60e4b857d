/** `serverless` typed by a person: which settings it takes, whether it reads .env, and that invoke local runs a handler. */
import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from '@jest/globals'
import { projectRoot } from '../../scripts/local/paths.ts'
import { inServiceFolder } from '../support/compiled-template.ts'

const DEADLINE_MS = 180_000

/** As by a connection that a handler leaves open. */
const KEPT_ALIVE = '--import=data:text/javascript,setInterval(()=>{},1e3)'

const run = promisify(execFile)

const stagesFolder = join(projectRoot, 'deploy/stages')

/** What a file of deploy/stages answers when serverless was typed with these words. */
async function answered(file: string, words: string[], env: NodeJS.ProcessEnv = {}): Promise<unknown> {
  const code = `console.log(JSON.stringify(require(${JSON.stringify(join(stagesFolder, file))})))`
  const args = ['-e', code, 'serverless', ...words]
  // As under serverless, argv[1] is a program.
  const { stdout } = await run(process.execPath, args, { env: { ...process.env, OFFLINE_LOCATION: undefined, ...env } })
  return JSON.parse(stdout)
}

test.each([
  [['offline', 'start'], 'local'],
  [['invoke', 'local', '-f', 'getLiveness'], 'local'],
  [['invoke', '-f', 'getLiveness'], 'aws'],
  [['invoke', '-f', 'local'], 'aws'],
  [['package'], 'aws'],
  [['deploy', 'offline'], 'aws'],
  [['deploy', 'function', '-f', 'local'], 'aws'],
  [['--stage', 'prod', 'invoke', 'local'], 'aws'],
  [[], 'aws'],
])('serverless %j takes the settings of %s', async (words, target) => {
  expect(await answered('target.cjs', words)).toBe(target)
  expect(await answered('dotenv.cjs', words)).toBe(target === 'local' ? true : null)
})

test('.env is not read by what a starter starts', async () => {
  expect(await answered('dotenv.cjs', ['offline', 'start'], { OFFLINE_LOCATION: '.' })).toBeNull()
})

const live = {
  version: '2.0',
  routeKey: 'GET /health/live',
  rawPath: '/health/live',
  headers: {},
  requestContext: { routeKey: 'GET /health/live', http: { method: 'GET', path: '/health/live' } },
}

test(
  'invoke local runs a handler with what .env says, and ends',
  async () => {
    await inServiceFolder(async folder => {
      const invoke = async () => {
        const program = join(projectRoot, 'node_modules/.bin/serverless')
        const args = [program, 'invoke', 'local', '-f', 'getLiveness', '-d', JSON.stringify(live)]
        const env = { ...process.env, OFFLINE_LOCATION: undefined, LOG_LEVEL: undefined, NODE_OPTIONS: KEPT_ALIVE }
        return (await run(process.execPath, args, { cwd: folder, env, timeout: DEADLINE_MS / 3 })).stdout
      }
      const printed = await invoke()
      expect(printed).toContain('"statusCode": 200')
      expect(printed).toContain('"msg":"answered"')

      writeFileSync(join(folder, '.env'), 'LOG_LEVEL=error\n')
      const silent = await invoke()
      expect(silent).toContain('"statusCode": 200')
      expect(silent).not.toContain('"msg":"answered"')
    })
  },
  DEADLINE_MS,
)
