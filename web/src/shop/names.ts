/** Names of things for sale in the page's language. */
import { useTranslation } from 'react-i18next'
import type { PhoneId } from '../catalog/catalog.ts'

/** The maker's own name of a colour. Every finish of the catalogue has one: a test compares them. */
export function useFinishName(): (phoneId: PhoneId, finishId: string) => string {
  const { t } = useTranslation()
  return (phoneId, finishId) => {
    const key: string = `phones.${phoneId}.finishes.${finishId}`
    return t(key as 'phones.iphone-16-pro.finishes.desert')
  }
}
