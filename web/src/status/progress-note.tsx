/** What is going on while an outcome is awaited. The live region stays in the page, so that each change is announced. */
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Shop } from '../shop-context.ts'

const SLOW_AFTER_MS = 1_000

export function ProgressNote({ shop }: { shop: Shop }) {
  const { t } = useTranslation()
  const slow = useLongerThan(SLOW_AFTER_MS, shop.busy)
  const { step } = shop.purchase
  const pending = step === 'authorizing' || step === 'capturing' || step === 'refunding'
  return (
    <div role="status" className="progress" data-result={shop.busy ? '' : undefined} tabIndex={-1}>
      {shop.busy && pending && (
        <div className="progress-body">
          <span className="spinner" aria-hidden="true" />
          <div>
            <p>{shop.waiting ? t(`progress.waiting.${shop.waiting.reason}`) : t(`progress.${step}`)}</p>
            {slow && <p className="small">{t('progress.slow')}</p>}
            {shop.waiting && <p className="small">{t('progress.attempt', { attempt: shop.waiting.attempt + 1 })}</p>}
          </div>
        </div>
      )}
    </div>
  )
}

/** True once `active` has lasted for `delayMs`. */
function useLongerThan(delayMs: number, active: boolean): boolean {
  const [passed, setPassed] = useState(false)
  useEffect(() => {
    if (!active) return
    const timer = setTimeout(() => setPassed(true), delayMs)
    return () => {
      clearTimeout(timer)
      setPassed(false)
    }
  }, [delayMs, active])
  return active && passed
}
