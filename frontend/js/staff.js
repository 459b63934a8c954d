import { enhance } from './enhance.js'
import { fromAddress } from './from-address.js'
import { passkey } from './passkey.js'
import { sendAtOnce } from './send-at-once.js'
import { stickyFilter } from './sticky-filter.js'

enhance(fromAddress, passkey, stickyFilter, sendAtOnce)
