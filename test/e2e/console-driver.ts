/** Drives the operator's console in a real Chromium: an operator of the test's own, and how a page is looked at. */
import { AxeBuilder } from '@axe-core/playwright'
import { expect } from '@jest/globals'
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core'
import type { OperatorRole } from '../../shared/contracts/lists.ts'
import { until } from '../../shared/runtime/until.ts'
import { openDatabase, type TestDatabase } from '../support/database.ts'
import { TestOperators } from '../support/operators.ts'
import { type SystemUnderTest, systemUnderTest } from '../support/system.ts'
import { type Language, launchBrowser } from './shop-driver.ts'

export class ConsoleDriver {
  readonly database: TestDatabase
  readonly browser: Browser
  readonly operators: TestOperators
  readonly #role: OperatorRole
  readonly #shopUrl: string

  private constructor(browser: Browser, database: TestDatabase, word: string, role: OperatorRole, shopUrl: string) {
    this.browser = browser
    this.database = database
    this.operators = new TestOperators(database, word)
    this.#role = role
    this.#shopUrl = shopUrl
  }

  /** `word` begins the names of the operators: one that no other test has. `roles`: who there is; the first signs in unless another is named. */
  static async open(
    word: string,
    roles: OperatorRole | readonly [OperatorRole, ...OperatorRole[]],
    { databaseUrl, shopUrl = '' }: SystemUnderTest = systemUnderTest(),
  ): Promise<ConsoleDriver> {
    const all = typeof roles === 'string' ? ([roles] as const) : roles
    const driver = new ConsoleDriver(await launchBrowser(), openDatabase(databaseUrl), word, all[0], shopUrl)
    await driver.operators.add(...all)
    return driver
  }

  async close(): Promise<void> {
    await this.browser.close()
    await this.operators.remove()
    await this.database.close()
  }

  /** Nothing moves on its pages: what is looked for stands still. */
  newContext(width = 1440, height = 900, hasTouch = false): Promise<BrowserContext> {
    return this.browser.newContext({ locale: 'ko-KR', viewport: { width, height }, reducedMotion: 'reduce', hasTouch })
  }

  address(path: string, language: Language): string {
    return `${this.#shopUrl}${path}${path.includes('?') ? '&' : '?'}lang=${language}`
  }

  /** Returns the link's secret. */
  async signIn(page: Page, path = '/console', language: Language = 'ko', role = this.#role): Promise<string> {
    const secret = await this.operators.linkFor(role)
    // An address that differs by its fragment alone would not be opened anew.
    await page.goto('about:blank')
    await page.goto(`${this.address(path, language)}#${secret}`)
    // Narrow it stands in a menu that is closed.
    await page.getByText(this.operators.nameOf(role), { exact: true }).first().waitFor({ state: 'attached' })
    return secret
  }
}

/** By its keys, which a page hears a moment after it was drawn; a dialog that is open takes no notice of them. Gives its field. */
export async function openSearch(page: Page): Promise<Locator> {
  const field = page.getByRole('dialog').getByRole('combobox')
  await until(
    async () => {
      await page.keyboard.press('Control+k')
      return field.isVisible()
    },
    { what: 'the search', intervalMs: 20 },
  )
  return field
}

/** A dialog that was closed is gone from the page: until then its words are there twice. */
export const untilClosed = (page: Page): Promise<void> => page.locator('dialog').waitFor({ state: 'detached' })

/** All three in test/full, in both languages. In `npm test` Korean is looked at wide and light, and English narrow and dark. */
const looks = [
  { width: 1440, colorScheme: 'light', usual: 'ko' },
  // 1440 px at 200 %.
  { width: 720, colorScheme: 'light', usual: undefined },
  { width: 360, colorScheme: 'dark', usual: 'en' },
] as const

/** Of all pages, too. */
export const isEveryLook = process.env.CONSOLE_LOOKS === 'all'

/** Axe finds nothing and nothing scrolls sideways. With CONSOLE_SCREENSHOTS it keeps what it saw. */
export async function inspect(page: Page, label: string): Promise<void> {
  const language = await page.evaluate('document.documentElement.lang')
  for (const { width, colorScheme } of looks.filter(({ usual }) => isEveryLook || usual === language)) {
    await page.setViewportSize({ width, height: 900 })
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    const { violations, passes } = await new AxeBuilder({ page }).setLegacyMode(true).analyze()
    const found = violations.map(({ id, nodes }) => ({ id, html: nodes.map(node => node.html) }))
    expect({ label, width, found }).toEqual({ label, width, found: [] })
    expect(passes.length).toBeGreaterThan(10)
    const overflowX = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')
    expect({ label, width, overflowX }).toEqual({ label, width, overflowX: 0 })
    await keepScreenshot(page, `${label}-${width}`)
  }
}

/** With CONSOLE_SCREENSHOTS, the name of a folder. */
export async function keepScreenshot(page: Page, label: string): Promise<void> {
  const folder = process.env.CONSOLE_SCREENSHOTS
  if (folder) await page.screenshot({ path: `${folder}/${label}.png` })
}
