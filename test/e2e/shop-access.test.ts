/** Both languages, keyboards, screen readers and narrow screens. */
import { AxeBuilder } from '@axe-core/playwright'
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals'
import type { Browser } from 'playwright-core'
import { addresses, type Language, launchBrowser, ShopTab, words } from './shop-driver.ts'

jest.setTimeout(90_000)

const languages: Language[] = ['ko', 'en']

let browser: Browser
let shop: ShopTab

beforeAll(async () => {
  browser = await launchBrowser()
})
afterEach(async () => {
  await shop?.close()
})
afterAll(async () => {
  await browser?.close()
})

describe('languages', () => {
  test('Korean first, English by the switch, and the address remembers it', async () => {
    shop = await ShopTab.open(browser)
    const root = shop.page.locator('html')
    expect(await root.getAttribute('lang')).toBe('ko')
    expect(await shop.page.title()).toContain('달빛모바일')
    await shop.page.getByRole('link', { name: 'English' }).click()
    await shop.page.getByRole('button', { name: words.en.pay, exact: true }).waitFor()
    expect(await root.getAttribute('lang')).toBe('en')
    expect(await shop.page.title()).toContain('Moonlight Mobile')
    expect(new URL(shop.page.url()).searchParams.get('lang')).toBe('en')
    await shop.page.reload()
    await shop.page.getByRole('button', { name: words.en.pay, exact: true }).waitFor()
    await shop.page.getByRole('link', { name: '한국어' }).click()
    await shop.payButton.waitFor()
    expect(await root.getAttribute('lang')).toBe('ko')
  })

  test('an English purchase holds no Korean, not even in the API’s answers', async () => {
    shop = await ShopTab.open(browser, { language: 'en' })
    await shop.pay()
    await shop.waitForPaid()
    await shop.waitForFollowed()
    const text = await shop.page.locator('#root').textContent()
    expect(text?.replace('한국어', '').match(/[가-힣]+/g)).toBeNull()
  })
})

describe('keyboard', () => {
  test('buys without a mouse, and the focus lands on the result', async () => {
    shop = await ShopTab.open(browser)
    const { keyboard } = shop.page
    await shop.page.getByRole('radio', { name: /iPhone 16 Pro/ }).focus()
    await keyboard.press('ArrowDown')
    await keyboard.press('Tab')
    await keyboard.press('ArrowRight')
    await shop.page.getByRole('spinbutton').focus()
    await keyboard.press('ArrowUp')
    expect(await shop.page.locator('.sum').textContent()).toMatch(/Galaxy S25 Ultra[\s\S]*티타늄 블랙[\s\S]*2대/)
    await shop.payButton.focus()
    await keyboard.press('Enter')
    await shop.waitForPaid()
    expect(await shop.page.evaluate('document.activeElement.textContent')).toBe(shop.words.paid)
  })

  test('the focus lands on a refusal too', async () => {
    shop = await ShopTab.open(browser)
    await shop.choose(shop.words.decliningCard)
    await shop.pay()
    await shop.heading(shop.words.declined).waitFor()
    expect(await shop.page.evaluate('document.activeElement.textContent')).toBe(shop.words.declined)
  })
})

/** Between them: each language, wide and narrow, light and dark. */
const viewsOf = {
  ko: [
    [1440, 'light'],
    [360, 'dark'],
  ],
  en: [[360, 'light']],
} as const

/** axe and the width of the page, in the views of its language. */
async function inspect(): Promise<void> {
  const { page } = shop
  for (const [width, colorScheme] of viewsOf[shop.language]) {
    await page.setViewportSize({ width, height: 900 })
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    // The page has no frames: the other mode opens a second page for each look, which costs 40 % more.
    const { violations, passes } = await new AxeBuilder({ page }).setLegacyMode(true).analyze()
    const found = violations.map(({ id, nodes }) => ({ id, html: nodes.map(node => node.html) }))
    expect({ width, colorScheme, found }).toEqual({ width, colorScheme, found: [] })
    expect(passes.length).toBeGreaterThan(15)
    expect({ width, overflowX: await shop.overflowX() }).toEqual({ width, overflowX: 0 })
  }
}

describe('every view: axe finds nothing, nothing scrolls sideways', () => {
  test.each(languages)('%s: choosing', async language => {
    shop = await ShopTab.open(browser, { language })
    await inspect()
  })

  test.each(languages)('%s: declined, with the answer unfolded', async language => {
    shop = await ShopTab.open(browser, { language })
    await shop.choose(shop.words.decliningCard)
    await shop.pay()
    await shop.heading(shop.words.declined).waitFor()
    await shop.page.locator('summary').click()
    await inspect()
  })

  test('waiting for an answer', async () => {
    shop = await ShopTab.open(browser)
    await shop.holdFirstRequest('authorize')
    await shop.pay()
    await shop.page.getByText(shop.words.slow).waitFor()
    await inspect()
  })

  test('the outcome is unknown and the API away', async () => {
    shop = await ShopTab.open(browser, { ownContext: true })
    await shop.cutOff()
    await shop.pay()
    await shop.outwaitPatience()
    await inspect()
  })

  test.each(languages)('%s: paid, then refunded', async language => {
    shop = await ShopTab.open(browser, { language })
    await shop.pay()
    await shop.waitForPaid()
    await shop.waitForFollowed()
    await inspect()
    await shop.refund()
    await shop.heading(shop.words.refunded).waitFor()
    await shop.waitForFollowed()
    await inspect()
  })

  test('nothing scrolls sideways at any width between', async () => {
    shop = await ShopTab.open(browser, { language: 'en' })
    const overflows = async () => {
      const found: [number, number][] = []
      for (const width of [360, 420, 561, 700, 768, 959, 960, 1100, 1440]) {
        await shop.page.setViewportSize({ width, height: 900 })
        const overflowX = await shop.overflowX()
        if (overflowX > 0) found.push([width, overflowX])
      }
      return found
    }
    expect(await overflows()).toEqual([])
    await shop.pay()
    await shop.waitForPaid()
    await shop.waitForFollowed()
    expect(await overflows()).toEqual([])
  })
})

describe('privacy', () => {
  test('nothing is fetched from anywhere else', async () => {
    const { shopUrl } = await addresses()
    shop = await ShopTab.open(browser)
    const elsewhere: string[] = []
    shop.page.on('request', request => {
      if (!request.url().startsWith(shopUrl) && !request.url().startsWith('data:')) elsewhere.push(request.url())
    })
    await shop.page.reload()
    await shop.pay()
    await shop.waitForPaid()
    expect(elsewhere).toEqual([])
  })
})
