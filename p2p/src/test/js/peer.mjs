// A js-libp2p node for Banyan's tests. It listens at a free port of this machine, and says so in its
// first line of output; then it does what each line of input asks for, and answers with one line of
// JSON. It ends with its input.

import { createHash } from 'node:crypto'
import { createInterface } from 'node:readline'
import { noise } from '@chainsafe/libp2p-noise'
import { identify } from '@libp2p/identify'
import { peerIdFromString } from '@libp2p/peer-id'
import { ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'

const ECHO = '/test/echo/1'
const DIGEST = '/test/digest/1' // bytes in, their SHA-256 out

const node = await createLibp2p({
  addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
  transports: [tcp()],
  connectionEncrypters: [noise()],
  streamMuxers: [yamux()],
  connectionMonitor: { enabled: false },
  services: { identify: identify(), ping: ping() }
})

// This side opens one stream of the protocol at a time: the last one may be closing still.
async function pingInTurn (peer, tries) {
  try {
    return await node.services.ping.ping(peer)
  } catch (error) {
    if (tries === 0 || error.name !== 'TooManyOutboundProtocolStreamsError') {
      throw error
    }
    await new Promise((resolve) => setTimeout(resolve, 5))
    return pingInTurn(peer, tries - 1)
  }
}

async function send (stream, bytes) {
  if (!stream.send(bytes)) {
    await stream.onDrain()
  }
}

async function digestOf (stream) {
  const hash = createHash('sha256')
  for await (const bytes of stream) {
    hash.update(bytes.subarray())
  }
  return hash.digest()
}

// So that an error of one stream ends no process, and is seen.
function serving (serve) {
  return (stream) => {
    serve(stream).catch((error) => {
      console.error(error)
      stream.abort(error)
    })
  }
}

const limits = { maxInboundStreams: 64, maxOutboundStreams: 64 }

await node.handle(ECHO, serving(async (stream) => {
  for await (const bytes of stream) {
    await send(stream, bytes)
  }
  await stream.close()
}), limits)

await node.handle(DIGEST, serving(async (stream) => {
  await send(stream, await digestOf(stream))
  await stream.close()
}), limits)

// The bytes 0, 1 … 250, 0, 1 …: what is lost or swapped anywhere shows.
function pattern (from, length) {
  const bytes = new Uint8Array(length)
  for (let i = 0; i < length; i++) {
    bytes[i] = (from + i) % 251
  }
  return bytes
}

// What peers said of themselves, or the promise of it.
const identified = new Map()

function identity (peer) {
  if (!identified.has(peer)) {
    identified.set(peer, Promise.withResolvers())
  }
  return identified.get(peer)
}

node.addEventListener('peer:identify', (event) => {
  identity(event.detail.peerId.toString()).resolve({
    protocols: event.detail.protocols,
    agent: event.detail.agentVersion
  })
})

const commands = {
  dial: async (address) => {
    const connection = await node.dial(multiaddr(address))
    return { peer: connection.remotePeer.toString(), encryption: connection.encryption, muxer: connection.multiplexer }
  },
  identify: (peer) => identity(peer).promise,
  ping: async (peer) => ({ millis: await pingInTurn(peerIdFromString(peer), 200) }),
  upload: async (peer, length) => {
    const stream = await node.dialProtocol(peerIdFromString(peer), DIGEST, { maxOutboundStreams: 64 })
    const answer = answerOf(stream)
    for (let from = 0; from < length; from += 65536) {
      await send(stream, pattern(from, Math.min(65536, length - from)))
    }
    await stream.close()
    return { digest: await answer }
  },
  refused: async (peer) => {
    try {
      await node.dialProtocol(peerIdFromString(peer), '/test/nobody/1')
      return { error: 'none' }
    } catch (error) {
      return { error: error.name }
    }
  }
}

// What the other side answers, in hex.
async function answerOf (stream) {
  const parts = []
  for await (const bytes of stream) {
    parts.push(Buffer.from(bytes.subarray()))
  }
  return Buffer.concat(parts).toString('hex')
}

console.log(JSON.stringify({ address: node.getMultiaddrs()[0].toString(), node: process.version }))

for await (const line of createInterface({ input: process.stdin })) {
  const [command, ...words] = line.split(' ')
  try {
    console.log(JSON.stringify(await commands[command](...words)))
  } catch (error) {
    console.log(JSON.stringify({ error: `${error.name}: ${error.message}` }))
  }
}
await node.stop()
