/**
 * The console as it is deployed, beside the system under test: its built page behind a server of its own, an issuer, and the console's
 * routes behind a JWT authorizer, in a process that is configured as a deployed function is. Only the issuer's origin is named to the page.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import type { Server } from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'
import { anyFreePort } from '../../../scripts/local/ports.ts'
import { readBuild } from '../../../web/server/built-files.ts'
import { forwarderTo } from '../../../web/server/forward.ts'
import { createShopServer } from '../../../web/server/shop-server.ts'
import { inheritedEnv, isRunning, NOWHERE } from '../extra-api.ts'
import { repositoryFolder, systemUnderTest } from '../system.ts'
import { type Account, TestIssuer } from './test-issuer.ts'

const CLIENT_ID = 'console-of-the-test'

export interface IssuerConsoleOptions {
  /** Names its log file. */
  name: string
  accounts: Record<string, Account>
  /** Which token the page sends, and the claims that the API reads. */
  token?: 'access' | 'id'
  roleClaim?: string
  nameClaim?: string
  /** Of the API: instead of those of the system under test. */
  env?: Record<string, string>
}

export interface IssuerConsole {
  url: string
  /** Past the page's server. */
  apiUrl: string
  issuer: TestIssuer
  clientId: string
  stop(): Promise<void>
}

export async function startIssuerConsole(options: IssuerConsoleOptions): Promise<IssuerConsole> {
  const folder = mkdtempSync(join(tmpdir(), 'issuer-console-'))
  const ends: (() => Promise<void> | void)[] = [() => rmSync(folder, { recursive: true, force: true })]
  const stop = async () => {
    for (const end of ends.splice(0).reverse()) await end()
  }
  try {
    const page = join(folder, 'page')
    cpSync(join(dirname(systemUnderTest().logsFolder), 'web'), page, { recursive: true })
    // The issuer knows the page's address before there is a page.
    const port = await anyFreePort(new Set())
    const url = `http://127.0.0.1:${port}`
    const { accounts, token = 'access' } = options
    const issuer = await TestIssuer.listen({ clientId: CLIENT_ID, pageOrigin: url, accounts })
    ends.push(() => issuer.close())
    const api = await startApi(options, issuer.url)
    ends.push(api.stop)
    mkdirSync(join(page, 'console'))
    writeFileSync(
      join(page, 'console/sign-in.json'),
      JSON.stringify({ issuer: issuer.url, clientId: CLIENT_ID, token }),
    )
    const server = createShopServer(readBuild(page), forwarderTo({ apiUrl: api.url, log() {} }), {
      issuerOrigins: issuer.url,
    })
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    ends.push(() => close(server))
    return { url, apiUrl: api.url, issuer, clientId: CLIENT_ID, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Not IS_OFFLINE: claims say who somebody is, and no session does. It reaches no Kafka, as an extra API does not. */
async function startApi({ name, roleClaim, nameClaim, env }: IssuerConsoleOptions, issuerUrl: string) {
  const { databaseUrl, redisUrl, acquirerUrl, bankUrl, logsFolder } = systemUnderTest()
  const log = openSync(join(logsFolder, `issuer-console-${name}.log`), 'w')
  const endWithParent = pathToFileURL(join(repositoryFolder, 'test/support/end-with-parent.mjs')).href
  const program = join(repositoryFolder, 'test/support/issuer/console-api.ts')
  const child = spawn(process.execPath, ['--import', endWithParent, program, issuerUrl, CLIENT_ID], {
    cwd: repositoryFolder,
    env: {
      ...inheritedEnv(),
      IS_OFFLINE: '',
      DATABASE_URL: databaseUrl,
      DATABASE_CONNECTIONS: '3',
      REDIS_URL: redisUrl,
      ACQUIRER_URL: acquirerUrl,
      BANK_URL: bankUrl,
      KAFKA_BROKERS: NOWHERE,
      OPERATOR_ROLE_CLAIM: roleClaim ?? 'cognito:groups',
      OPERATOR_NAME_CLAIM: nameClaim ?? 'username',
      ...env,
    },
    stdio: ['ignore', 'pipe', log],
  })
  const stop = async () => {
    if (!isRunning(child)) return
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  }
  const lines = createInterface({ input: child.stdout! })
  for await (const line of lines) if (line.startsWith('http')) return { url: line, stop }
  await stop()
  throw new Error(`the API behind the authorizer did not start: issuer-console-${name}.log`)
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections()
  await new Promise(resolve => server.close(resolve))
}
