import { enhance } from './enhance.js'
import { fromAddress } from './from-address.js'
import { livePreview } from './live-preview.js'
import { passkey } from './passkey.js'
import { sendAtOnce } from './send-at-once.js'
import { stickyFilter } from './sticky-filter.js'

enhance(fromAddress, livePreview, passkey, stickyFilter, sendAtOnce)
