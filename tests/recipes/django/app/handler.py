from mangum import Mangum

from app.asgi import application

handler = Mangum(application, lifespan="off")
