"""What a simulated shop knows of its days besides sales, as the nightly job reads it."""

from omnix.domains.forecasting import catalogue, history, inputs, model
from omnix.domains.forecasting.declare import PROMOTIONS
from omnix.ports import MAX_BATCH, Delete, Ports


async def known(ports: Ports, past: history.History) -> inputs.Inputs:
    by_id = {product.id: product for product in await catalogue.active(ports)}
    return await inputs.read(ports, past, by_id, model.HORIZON_DAYS)


async def forget_promotions(ports: Ports) -> None:
    """As a shop that keeps no record of them."""
    ids = [item["id"] async for chunk in ports.records.scan(PROMOTIONS) for item in chunk]
    for a in range(0, len(ids), MAX_BATCH):
        some = ids[a : a + MAX_BATCH]
        await ports.records.write([Delete(PROMOTIONS, id) for id in some])
