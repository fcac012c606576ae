"""kis-trader 0.12.2: quotes, bars, balances, orders, reconciliation and the socket, in either environment."""

import logging
import tempfile
from decimal import Decimal

from checks import Checks, account, ready, wait_for
from hosts import redirect

LINE = ready()
PAPER = LINE["env"] == "paper"
redirect(["kis_trader"], LINE)

from kis_trader import KISClient  # noqa: E402

logging.getLogger("kis_trader").setLevel(logging.CRITICAL)
check = Checks("kis-trader")
keys = LINE["credentials"]
kis = KISClient(
    app_key=keys["appkey"],
    app_secret=keys["appsecret"],
    account=keys["account"],
    environment="paper" if PAPER else "real",
    hts_id=keys["hts_id"],
    token_cache_dir=tempfile.mkdtemp(prefix="kis-trader-"),
)
samsung = kis.domestic.stock("005930")
nvidia = kis.overseas.stock("NVDA", exchange="NAS")


def held(symbol):
    return account(LINE)["positions"].get(symbol, {}).get("qty")


def cents(price, factor):
    return (Decimal(price) * Decimal(factor)).quantize(Decimal("0.01"))


quote = check.run("quote of 005930", samsung.quote)
check.run("order book", lambda: samsung.order_book())
check.run("daily bars", lambda: len(samsung.bars("1d", start="20200101", end="20991231", max_bars=60)) >= 20)
us = check.run("price of NVDA", lambda: nvidia.current_price())
if not PAPER:
    # Its quote asks for the price detail, which paper does not have.
    check.run("quote of NVDA", nvidia.quote)
    check.run("order book of NVDA", lambda: nvidia.order_book())
    check.run("product of 005930", lambda: kis.domestic.product_info("005930"))
check.run("balance", lambda: kis.account.domestic.balance())
check.run("overseas balance", lambda: kis.account.overseas.present_balance())
check.run("buying power", lambda: samsung.buyable(limit_price=quote.current_price).cash_buyable_quantity > 0)
check.run("buying power in dollars", lambda: kis.account.overseas.buyable("NVDA", exchange="NAS", limit_price=us.current_price))

notices, prints, books, us_prints = [], [], [], []
realtime = kis.realtime()
realtime.domestic.execution_notices.stock(keys["hts_id"], on=notices.append)
realtime.domestic.stock("005930").trades(on=prints.append)
realtime.domestic.stock("005930").order_book(on=books.append)
if not PAPER:
    realtime.subscribe(tr_id="HDFSCNT0", tr_key="DNASNVDA", on=us_prints.append)
realtime.start()
# It knows the newest column sets only, which are those of live.
if not PAPER:
    check.run("trades on the socket", lambda: wait_for(lambda: prints, 8))
    check.run("books on the socket", lambda: wait_for(lambda: books, 8))
    check.run("trades of NVDA on the socket", lambda: wait_for(lambda: us_prints, 8))

bought = check.run("market buy", lambda: samsung.buy(quantity=3))
check.run("it filled", lambda: wait_for(lambda: held("005930") == "3"))
if not PAPER:
    check.run("it was noticed", lambda: wait_for(lambda: len(notices) >= 2, 6))
check.run("reconciled as filled", lambda: kis.orders.reconcile(bought.client_order_id, refresh=True).filled_quantity == 3)
check.run("the portfolio shows it", lambda: any(p.symbol == "005930" for p in kis.account.domestic.positions()))
# Whole won: the client passes decimals on, and "133000.0" is refused as the vendor does.
low = int(quote.current_price) * 8 // 10 // 1000 * 1000
limit = check.run("limit buy far below", lambda: samsung.buy(quantity=2, limit_price=low))
moved = check.run("modified", lambda: kis.orders.modify(limit.client_order_id, limit_price=low - 1000))
check.run("canceled", lambda: kis.orders.cancel(limit.client_order_id))
if not PAPER:
    check.run("no open orders", lambda: kis.account.domestic.open_orders() == [])
check.run("sold", lambda: samsung.sell(quantity=3))
check.run("nothing is left", lambda: wait_for(lambda: held("005930") is None))

us_buy = check.run("buy of NVDA", lambda: nvidia.buy(quantity=2, limit_price=cents(us.current_price, "1.01")))
check.run("it filled", lambda: wait_for(lambda: held("NVDA") == "2"))
check.run("reconciled as filled", lambda: kis.orders.reconcile(us_buy.client_order_id, refresh=True).filled_quantity == 2)
check.run("overseas positions", lambda: any(p.symbol == "NVDA" for p in kis.account.overseas.positions()))
far = check.run("limit sell far above", lambda: nvidia.sell(quantity=2, limit_price=cents(us.current_price, "1.2")))
check.run("canceled", lambda: kis.orders.cancel(far.client_order_id))
check.run("sold", lambda: nvidia.sell(quantity=2, limit_price=cents(us.current_price, "0.99")))
check.run("nothing is left", lambda: wait_for(lambda: held("NVDA") is None))

realtime.stop()
kis.close()
check.done()
