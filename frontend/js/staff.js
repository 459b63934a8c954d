import { enhance } from './enhance.js'
import { fromAddress } from './from-address.js'
import { stickyFilter } from './sticky-filter.js'

enhance(fromAddress, stickyFilter)
