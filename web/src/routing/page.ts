/** The pages of the shop and their addresses. */

export type Page = { name: 'shop' } | { name: 'orders' } | { name: 'order'; paymentId: string } | { name: 'notFound' }

/** The page at an address. A closing slash changes nothing; an address that names no page is `notFound`. */
export function pageAt(pathname: string): Page {
  const [first, second, ...more] = pathname.split('/').filter(Boolean)
  if (first === undefined) return { name: 'shop' }
  if (first !== 'orders' || more.length > 0) return { name: 'notFound' }
  if (second === undefined) return { name: 'orders' }
  const paymentId = decoded(second)
  return paymentId === undefined ? { name: 'notFound' } : { name: 'order', paymentId }
}

export const SHOP_PATH = '/'
export const ORDERS_PATH = '/orders'
export const orderPath = (paymentId: string): string => `${ORDERS_PATH}/${encodeURIComponent(paymentId)}`

function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment)
  } catch {
    return undefined
  }
}
