"""`python -m bench.smtp_sink PORT`: an SMTP server that takes everything and costs little beside what it measures.

The word STAT is answered with how many mails came, and when the first and the last did, and begins to count anew.
"""

import asyncio
import sys
import time


class Sink(asyncio.Protocol):
    """One connection; the count is of all."""

    count, first, last = 0, 0.0, 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        assert isinstance(transport, asyncio.Transport)
        self._transport, self._got, self._in_data = transport, b"", False
        transport.write(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        """Answer every whole command."""
        self._got += data
        while True:
            end = b"\r\n.\r\n" if self._in_data else b"\r\n"
            head, found, rest = self._got.partition(end)
            if not found:
                return
            self._got = rest
            if self._in_data:
                self._in_data = False
                self._transport.write(self._took())
            else:
                self._transport.write(self._answer(head[:4].upper()))

    def _took(self) -> bytes:
        Sink.count, Sink.last = Sink.count + 1, time.time()
        Sink.first = Sink.first or Sink.last
        return b"250 taken\r\n"

    def _answer(self, command: bytes) -> bytes:
        if command == b"DATA":
            self._in_data = True
            return b"354 go on\r\n"
        if command == b"STAT":
            said = f"250 {Sink.count} {Sink.first} {Sink.last}\r\n".encode()
            Sink.count, Sink.first, Sink.last = 0, 0.0, 0.0
            return said
        if command == b"QUIT":
            self._transport.write(b"221 bye\r\n")
            self._transport.close()
            return b""
        return b"250 fine\r\n"


async def serve(port: int) -> None:
    """Serve for ever."""
    server = await asyncio.get_running_loop().create_server(Sink, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
