/** The console before a database of the test's own, with payouts and breaks in it: an API without bank and acquirer, and the built shop. */
import { once } from 'node:events'
import type { Server } from 'node:http'
import { dirname, join } from 'node:path'
import { anyFreePort } from '../../scripts/local/ports.ts'
import { SECRET_HEADER } from '../../shared/contracts/console.ts'
import type { BatchPorts } from '../../shared/runtime/wiring.ts'
import { createLink, exchangeLink } from '../../shared/settlement/console-sessions.ts'
import { readBuild } from '../../web/server/built-files.ts'
import { forwarderTo } from '../../web/server/forward.ts'
import { createShopServer } from '../../web/server/shop-server.ts'
import { type ExtraApi, startExtraApi, takenPorts } from './extra-api.ts'
import { type Reply, send } from './http.ts'
import { ScratchDatabase } from './scratch-stores.ts'
import { apiEnvOf, SettlementRows } from './settlement-rows.ts'
import { systemUnderTest } from './system.ts'

export class SettlementConsole extends SettlementRows {
  readonly shopUrl: string
  readonly #api: ExtraApi
  readonly #shop: Server

  private constructor(made: { scratch: ScratchDatabase; api: ExtraApi; shop: Server; shopUrl: string }) {
    super(made.scratch)
    this.#api = made.api
    this.#shop = made.shop
    this.shopUrl = made.shopUrl
  }

  /** `name` is that of the database and of the API's log. */
  static async start(name: string): Promise<SettlementConsole> {
    const { databaseUrl, logsFolder } = systemUnderTest()
    const scratch = await ScratchDatabase.create(databaseUrl, name)
    const port = await anyFreePort(takenPorts)
    const shopUrl = `http://127.0.0.1:${port}`
    const api = await startExtraApi({ name, env: { ...apiEnvOf(scratch), OPERATOR_ORIGINS: shopUrl } })
    const forward = forwarderTo({ apiUrl: api.api.url, log: () => undefined })
    const shop = createShopServer(readBuild(join(dirname(logsFolder), 'web')), forward)
    shop.listen(port, '127.0.0.1')
    await once(shop, 'listening')
    return new SettlementConsole({ scratch, api, shop, shopUrl })
  }

  async stop(): Promise<void> {
    this.#shop.closeAllConnections()
    this.#shop.close()
    await this.#api.stop()
    await this.drop()
  }

  async linkFor(name: string): Promise<string> {
    const made = await createLink(this.ports, { sandboxLogin: 'pay' }, name)
    if (made.kind === 'refused') throw new Error(made.reason)
    return made.secret
  }

  /** Of somebody who has signed in, as the page sends it. */
  async headersOf(name: string): Promise<Record<string, string>> {
    const tries = { begin: () => undefined, succeeded: () => undefined }
    const opened = await exchangeLink(
      { ...consolePortsOf(this.ports), signInTries: tries },
      await this.linkFor(name),
      'x',
    )
    if (opened.kind !== 'signed_in') throw new Error(opened.kind)
    const cookie = `console_session=${opened.sessionSecret}`
    return { cookie, [SECRET_HEADER]: opened.requestSecret, origin: this.shopUrl, 'sec-fetch-site': 'same-origin' }
  }

  get(path: string, headers: Record<string, string>): Promise<Reply> {
    return send(this.shopUrl, { path: `/operator/${path}`, headers })
  }

  post(path: string, body: object, headers: Record<string, string>): Promise<Reply> {
    return send(this.shopUrl, { method: 'POST', path: `/operator/${path}`, headers, body })
  }
}

function consolePortsOf({ database, operators, auditLog, consoleSessions, consoleSecrets, clock }: BatchPorts) {
  return { transactions: database, operators, auditLog, consoleSessions, consoleSecrets, clock }
}
