/** What the shop sells: three phones with their makers' colours and prices in KRW (VAT included). Names are in `i18n/`. */
import type { RequestedKind } from '../../../shared/contracts/lists.ts'

export const phoneIds = ['iphone-16-pro', 'galaxy-s25-ultra', 'xiaomi-14t-pro'] as const
export type PhoneId = (typeof phoneIds)[number]

/** `back` and `frame` paint the picture, `swatch` the button; `ink` is the darker tone of the camera's surround. */
export interface Finish {
  id: string
  swatch: string
  back: string
  frame: string
  ink: string
  glow: string
}

export interface Phone {
  id: PhoneId
  unitPrice: number
  finishes: readonly [Finish, ...Finish[]]
}

export const phones: Record<PhoneId, Phone> = {
  'iphone-16-pro': {
    id: 'iphone-16-pro',
    unitPrice: 1_550_000,
    finishes: [
      { id: 'desert', swatch: '#c9ab92', back: '#cdb29b', frame: '#b08d72', ink: '#a98b74', glow: '#f3d9c2' },
      { id: 'natural', swatch: '#b9b2a6', back: '#bdb7ac', frame: '#9a9286', ink: '#96908a', glow: '#e9e3d8' },
      { id: 'white', swatch: '#f0efea', back: '#f1f0ec', frame: '#c9c6bf', ink: '#d5d3cd', glow: '#eef1f6' },
      { id: 'black', swatch: '#3d3d40', back: '#414144', frame: '#2a2a2d', ink: '#303033', glow: '#c6cbd8' },
    ],
  },
  'galaxy-s25-ultra': {
    id: 'galaxy-s25-ultra',
    unitPrice: 1_698_400,
    finishes: [
      { id: 'silverblue', swatch: '#a9b9cd', back: '#b3c1d2', frame: '#8496ad', ink: '#93a4b9', glow: '#d3e2f6' },
      { id: 'black', swatch: '#2b2c2f', back: '#303134', frame: '#1f2023', ink: '#222326', glow: '#c3c9d6' },
      { id: 'whitesilver', swatch: '#e4e4e1', back: '#e8e8e5', frame: '#bfc0bf', ink: '#cfcfcd', glow: '#edf0f4' },
      { id: 'gray', swatch: '#8f8c86', back: '#96938d', frame: '#716e69', ink: '#7b7873', glow: '#e3dfd7' },
    ],
  },
  'xiaomi-14t-pro': {
    id: 'xiaomi-14t-pro',
    unitPrice: 899_000,
    finishes: [
      { id: 'gray', swatch: '#a3a19d', back: '#a9a7a3', frame: '#85837f', ink: '#7d7b78', glow: '#e6e4df' },
      { id: 'blue', swatch: '#6d89aa', back: '#7591b1', frame: '#53708f', ink: '#4f6a88', glow: '#cfe1f6' },
      { id: 'black', swatch: '#2a2b2e', back: '#2e2f33', frame: '#1d1e21', ink: '#232427', glow: '#c4cad6' },
    ],
  },
}

/** The acquirer's test tokens that are shown as cards, in their order. */
export const cardTokens = ['tok_approve', 'tok_insufficient_funds', 'tok_slow'] as const

/** Those that are chosen from a list: what goes wrong, by the operation that meets it. */
export const troubleTokens = {
  authorize: ['tok_lost_card', 'tok_timeout_before', 'tok_timeout_after', 'tok_drop_after'],
  capture: ['tok_capture_decline', 'tok_capture_timeout_before', 'tok_capture_timeout_after'],
  refund: ['tok_refund_decline', 'tok_refund_timeout_after'],
  void: ['tok_void_decline', 'tok_void_timeout_after'],
} as const satisfies Record<RequestedKind, readonly string[]>

export type TroubleToken = (typeof troubleTokens)[RequestedKind][number]
export type CardToken = (typeof cardTokens)[number] | TroubleToken

export const isTrouble = (token: string): token is TroubleToken =>
  Object.values(troubleTokens).some(tokens => tokens.some(known => known === token))

export const QUANTITY_MIN = 1
export const QUANTITY_MAX = 5

export const MERCHANT_ID = 'moonlight-mobile'
export const CURRENCY = 'KRW'

/** The named finish, or the phone's first. */
export const finishOf = (phoneId: PhoneId, finishId: string): Finish => {
  const { finishes } = phones[phoneId]
  return finishes.find(finish => finish.id === finishId) ?? finishes[0]
}
