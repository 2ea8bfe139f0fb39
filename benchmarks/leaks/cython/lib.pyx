def get_spam(data):
    return data["spam"]
