"""Air: what the radios of one test share."""

from __future__ import annotations

import asyncio
import itertools

from bumble.controller import Controller
from bumble.core import PhysicalTransport
from bumble.device import Device
from bumble.hci import Address
from bumble.host import Host
from bumble.link import LocalLink
from bumble.transport.common import AsyncPipeSink

__all__ = ["Air"]

LONGEST_ACL_PACKET = 251  # octets, with Bluetooth 4.2's data length extension


class Air(LocalLink):  # type: ignore[misc]
    """Carries what one radio sends to the others.

    bumble's own link names the sender by its random address, also on a connection that was made with the public
    one; a kernel's adapter connects by the public one, so here the connection says which it is.
    """

    _numbers = itertools.count(1)  # of all airs: BlueZ remembers what an address was before

    def send_acl_data(
        self,
        sender_controller: Controller,
        destination_address: Address,
        transport: PhysicalTransport,
        data: bytes,
    ) -> None:
        connection = sender_controller.le_connections.get(destination_address)
        receiver = self.find_le_controller(destination_address)
        if connection is None or receiver is None:
            return

        def arrive() -> None:
            # What is under way when the link is lost is lost with it.
            if connection.self_address in receiver.le_connections:
                receiver.on_link_acl_data(connection.self_address, transport, data)

        asyncio.get_running_loop().call_soon(arrive)

    def new_controller(self) -> Controller:
        """Make a radio with an address of its own."""
        number = next(self._numbers)
        controller = Controller(f"radio {number}", link=self, public_address=f"00:00:00:00:00:{number & 0xFF:02X}")
        controller.le_acl_data_packet_length = LONGEST_ACL_PACKET
        controller.random_address = Address(f"F0:00:00:00:00:{number & 0xFF:02X}")
        return controller

    def new_device(self, name: str) -> Device:
        """Make a host with a radio."""
        controller = self.new_controller()
        host = Host(controller, AsyncPipeSink(controller))
        return Device(name=name, address=controller.random_address, host=host)
