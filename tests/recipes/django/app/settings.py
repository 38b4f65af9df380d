ALLOWED_HOSTS = [".cloudfront.net", "127.0.0.1"]
USE_X_FORWARDED_HOST = True
ROOT_URLCONF = "app.urls"
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
]
STATIC_URL = "/static/"
STATIC_ROOT = "app/frontend/static"
