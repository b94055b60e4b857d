/** Both languages, keyboards, screen readers and narrow screens. */
import { AxeBuilder } from '@axe-core/playwright'
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals'
import type { Browser } from 'playwright-core'
import { addresses, type Language, launchBrowser, ShopTab, words } from '../e2e/shop-driver.ts'

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
  test('the browser’s language first, then the one that was chosen, also on other pages and after a reload', async () => {
    const { shopUrl } = await addresses()
    const context = await browser.newContext({ locale: 'ko-KR' })
    const page = await context.newPage()
    const root = page.locator('html')
    const pay = (language: Language) => page.getByRole('button', { name: words[language].pay, exact: true }).waitFor()
    await page.goto(shopUrl)
    await pay('ko')
    expect(await root.getAttribute('lang')).toBe('ko')
    expect(await page.title()).toContain('달빛모바일')
    await page.getByRole('link', { name: 'English' }).click()
    await pay('en')
    expect(await page.title()).toContain('Moonlight Mobile')
    await page.goto(`${shopUrl}/orders`)
    await page.getByRole('heading', { name: 'Orders' }).waitFor()
    expect(await root.getAttribute('lang')).toBe('en')
    await page.goto(`${shopUrl}/?lang=ko`)
    await pay('ko')
    await context.close()
  })

  test('a browser that speaks English is answered in English', async () => {
    const { shopUrl } = await addresses()
    const context = await browser.newContext({ locale: 'en-GB' })
    const page = await context.newPage()
    await page.goto(shopUrl)
    await page.getByRole('button', { name: words.en.pay, exact: true }).waitFor()
    await context.close()
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

  test.each(languages)('%s: held, and a part captured', async language => {
    shop = await ShopTab.open(browser, { language })
    await shop.choose(shop.words.later)
    await shop.pay()
    await shop.heading(shop.words.held).waitFor()
    await shop.waitForFollowed()
    await shop.page.getByRole('textbox').fill('1')
    await shop.page.getByRole('checkbox').check()
    await inspect()
  })

  test('a quantity that cannot be ordered', async () => {
    shop = await ShopTab.open(browser)
    await shop.page.getByRole('spinbutton').fill('12')
    await inspect()
  })

  test.each(languages)('%s: orders, and addresses that lead nowhere', async language => {
    shop = await ShopTab.open(browser, { language })
    await shop.pay()
    await shop.waitForPaid()
    await shop.visit('/orders')
    await shop.page.locator('.badge').first().waitFor()
    await inspect()
    await shop.visit('/nope')
    await shop.page.locator('.message-page').waitFor()
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

describe('on paper and in forced colours', () => {
  test('an order prints on one page, without anything to press', async () => {
    shop = await ShopTab.open(browser)
    await shop.pay()
    await shop.waitForPaid()
    await shop.refund()
    await shop.heading(shop.words.refunded).waitFor()
    await shop.waitForFollowed()
    const pdf = await shop.page.pdf({ preferCSSPageSize: true })
    expect(/\/Count (\d+)/.exec(pdf.toString('latin1'))?.[1]).toBe('1')
    await shop.page.emulateMedia({ media: 'print' })
    expect(await shop.page.locator('button:visible, input:visible').count()).toBe(0)
  })

  test('selection and focus are drawn where colours and shadows are replaced', async () => {
    shop = await ShopTab.open(browser)
    await shop.page.emulateMedia({ forcedColors: 'active' })
    const style = (selector: string, property: string): Promise<string> =>
      shop.page.evaluate(`getComputedStyle(document.querySelector('${selector}')).getPropertyValue('${property}')`)
    expect(await style('.model:has(:checked)', 'border-top-width')).toBe('3px')
    expect(await style('.model:not(:has(:checked))', 'border-top-width')).toBe('1px')
    await shop.page.getByRole('radio', { name: /iPhone 16 Pro/ }).focus()
    await shop.page.keyboard.press('ArrowDown')
    expect(await style('.model:has(:focus-visible)', 'outline-style')).toBe('dashed')
  })

  test('the pay button is on the screen at 1440 × 900', async () => {
    shop = await ShopTab.open(browser)
    const box = await shop.payButton.boundingBox()
    expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThanOrEqual(900)
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
